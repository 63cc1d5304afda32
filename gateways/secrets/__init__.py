"""Certificates and passwords of an installation: made once, kept out of every repository.

authority   a certificate authority of our own, and the certificates it signs
passwords   random passwords, and the file in which Mosquitto wants to see them
folder      all of it as files, one folder for each machine
"""
