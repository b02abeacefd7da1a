import javax.naming.directory.*;

class Directory {
    void find(DirContext context, String name) throws Exception {
        // ruleid: java.ldap-injection
        context.search("ou=people", "(uid=" + name + ")", controls);
        String filter = "(uid=" + name + ")";
        // ruleid: java.ldap-injection
        context.search("ou=people", filter, controls);
        // ok: java.ldap-injection
        context.search("ou=people", "(uid={0})", new Object[] {name}, controls);
    }
}
