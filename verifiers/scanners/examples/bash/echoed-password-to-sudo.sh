# ruleid: bash.echoed-password-to-sudo
echo "$password" | sudo -S apt-get update
# ok: bash.echoed-password-to-sudo
sudo apt-get update
