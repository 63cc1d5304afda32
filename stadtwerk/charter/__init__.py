"""The charter report's evidence: finished runs read back, and checks that are carried out while it is made.

city_checks  who answers, vendors, ages, geodata; the report itself, in both languages and all forms
wire_checks  open formats, payloads of all versions, privacy of households
run_checks   what led to what across sectors, whether faults can be told from readings, what an audit found
report       all of it, as files
"""
