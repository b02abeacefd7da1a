class Security {
    void configure(HttpSecurity http) throws Exception {
        // ruleid: java.csrf-protection-off
        http.csrf().disable();
        // ruleid: java.csrf-protection-off
        http.csrf(csrf -> csrf.disable());
        // ok: java.csrf-protection-off
        http.csrf(Customizer.withDefaults());
    }
}
