"""Certificates and passwords of an installation: made once, kept out of every repository.

authority   a certificate authority of our own, the certificates it signs, and those that no longer hold
folder      all of it as files, one folder for each machine; passwords, and what containers need besides
"""
