"""The charter report's evidence: finished runs read back, and checks that are carried out while it is made.

runs        run folders, or a suite's folder, as runs of the report
city_checks who answers, makers, ages, geodata
wire_checks open formats, payloads of all versions, privacy of households
run_checks  what led to what across sectors, and whether faults can be told from readings
audit_checks
            what an audit of the city found
form_checks the report itself, in both languages and all forms
report      all of it, as files
"""
