ALLOWED_HOSTS = []
# ruleid: python.django-debug
DEBUG = True
INSTALLED_APPS = []
# ok: python.django-debug
OTHER = True
