def search(queryset, term):
    # ruleid: python.django-extra-where
    queryset.extra(where=["name = '%s'" % term])
    # ruleid: python.django-extra-where
    queryset.extra(select={"n": f"count({term})"})
    # ok: python.django-extra-where
    queryset.extra(where=["name = %s"], params=[term])
