# ruleid: bash.hard-coded-secret
DB_PASSWORD="hunter2hunter2"
# ruleid: bash.hard-coded-secret
export API_KEY=q8ZJ3kP0vB7x
# ok: bash.hard-coded-secret
PASSWORD="$1"
# ok: bash.hard-coded-secret
API_KEY="YOUR_API_KEY"
