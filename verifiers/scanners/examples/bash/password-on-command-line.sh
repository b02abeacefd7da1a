# ruleid: bash.password-on-command-line
sshpass -p "$password" ssh host
# ruleid: bash.password-on-command-line
mysql -u root -phunter2 app
# ok: bash.password-on-command-line
mysql -u root -p app
# ok: bash.password-on-command-line
curl -u "$user" https://example.org
