from django.views.decorators.csrf import csrf_exempt


# ruleid: python.csrf-protection-off
@csrf_exempt
def change(request):
    return None


# ok: python.csrf-protection-off
def show(request):
    return None
