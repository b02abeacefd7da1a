import ftplib
import telnetlib

# ruleid: python.clear-text-login
telnetlib.Telnet("host")
# ruleid: python.clear-text-login
ftplib.FTP("host")
# ok: python.clear-text-login
ftplib.FTP_TLS("host")
