import ldap
from ldap.filter import escape_filter_chars


def find(connection, name):
    # ruleid: python.ldap-injection
    connection.search_s("dc=example", ldap.SCOPE_SUBTREE, "(uid=" + name + ")")
    # ruleid: python.ldap-injection
    connection.search_s("dc=example", ldap.SCOPE_SUBTREE, f"(uid={name})")
    # ok: python.ldap-injection
    connection.search_s("dc=example", ldap.SCOPE_SUBTREE, "(uid=root)")
    safe = escape_filter_chars(name)
    # ok: python.ldap-injection
    connection.search_s("dc=example", ldap.SCOPE_SUBTREE, f"(uid={safe})")
