#pragma once

namespace codius::net {

/// Has the certificates that the HTTP client trusts read from the disk again for connections that
/// are made from now on. Any thread; does not block.
void read_certificates_again();

} // namespace codius::net
