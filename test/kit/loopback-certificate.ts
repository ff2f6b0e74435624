/**
 * A certificate for localhost, 127.0.0.1, ::1 and registry.test that is its own authority, valid to 2120. Its key is
 * public: for tests on loopback alone.
 */
export const loopbackCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAYl6Vx7OJfqFwXiy
1pXr4CsdPK4xjK3wTxdrolwY++mhRANCAASIpVQiiaBATv4UkrZHPeS8r7vWHqO0
Q7Ekp/qhK9xi+VZoca/R99MIxAGnAp2o5BrFKy5MMSX7UJlwFKb31sDk
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBkTCCATigAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA51ZG9zIHRl
c3Qgb25seTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGTEXMBUG
A1UEAwwOdWRvcyB0ZXN0IG9ubHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASI
pVQiiaBATv4UkrZHPeS8r7vWHqO0Q7Ekp/qhK9xi+VZoca/R99MIxAGnAp2o5BrF
Ky5MMSX7UJlwFKb31sDko28wbTAPBgNVHRMBAf8EBTADAQH/MDsGA1UdEQQ0MDKC
CWxvY2FsaG9zdIINcmVnaXN0cnkudGVzdIcEfwAAAYcQAAAAAAAAAAAAAAAAAAAA
ATAdBgNVHQ4EFgQUc6rbZM45WJ003OcHlQjhu+BvvI0wCgYIKoZIzj0EAwIDRwAw
RAIgbDAl1PTwwpOlMmlEgpCavL24x/7b0bqtg3zmAALrtsgCIAXdZxkSVRjntEkF
3bbC3PS7PQAczh/xU6rfNU0EufAj
-----END CERTIFICATE-----
`,
} as const;
