#pragma once
// An https server with a certificate of its own making, on OpenSSL's blocking calls.
#include "tests/net/proxy/proxy_fixture.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace codius::test {

class tls_server {
public:
  /// Answers every request with its request line.
  explicit tls_server(const char* name) {
    std::signal(SIGPIPE, SIG_IGN); // SSL_write has no flag for it
    key_ = EVP_EC_gen("P-256");
    make_certificate(name);
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context_, certificate_);
    SSL_CTX_use_PrivateKey(context_, key_);
    server_ = std::make_unique<fake_pod>([this](raw_socket& s) { serve(s); });
  }
  ~tls_server() {
    server_.reset();
    ::unlink(file_);
    SSL_CTX_free(context_);
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  uint16_t port() const { return server_->port(); }
  int connections() const { return server_->connections(); }
  std::string certificate_file() const { return file_; }

private:
  void make_certificate(const char* name) {
    certificate_ = X509_new();
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    auto* subject = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate_, subject);
    X509_set_pubkey(certificate_, key_);
    const auto names = "DNS:" + std::string{name};
    auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(certificate_, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(certificate_, key_, EVP_sha256());
    auto* out = ::fdopen(::mkstemp(file_), "w");
    PEM_write_X509(out, certificate_);
    std::fclose(out);
  }

  void serve(raw_socket& s) {
    auto* tls = SSL_new(context_);
    SSL_set_fd(tls, s.fd());
    std::string in;
    char buffer[4096];
    if (SSL_accept(tls) == 1) {
      for (int n; (n = SSL_read(tls, buffer, sizeof buffer)) > 0;) {
        in.append(buffer, static_cast<size_t>(n));
        if (!in.ends_with("\r\n\r\n"))
          continue;
        const auto line = in.substr(0, in.find("\r\n"));
        const auto answer
          = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(line.size()) + "\r\n\r\n" + line;
        SSL_write(tls, answer.data(), static_cast<int>(answer.size()));
        in.clear();
      }
      SSL_shutdown(tls);
    }
    SSL_free(tls);
  }

  EVP_PKEY* key_ = nullptr;
  X509* certificate_ = nullptr;
  SSL_CTX* context_ = nullptr;
  char file_[32] = "/tmp/codius-test-ca-XXXXXX";
  std::unique_ptr<fake_pod> server_;
};

} // namespace codius::test
