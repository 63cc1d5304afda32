"""Campaigns behind the command line: from a file to a data set and a report.

plan      the file with its scenarios and city, all checked, and every run that is to be done
job       one run, as it is handed to a worker
records   the runs that are done, each committed as it comes, and all of them as one Parquet file
campaign  the whole: what is not done yet goes to the workers, then data set and report are written
"""
