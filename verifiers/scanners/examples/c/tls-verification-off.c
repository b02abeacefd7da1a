#include <curl/curl.h>

void get(CURL *curl) {
    // ruleid: c.tls-verification-off
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    // ok: c.tls-verification-off
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
}
