# Sources are listed: a file that is not here is not built.
set(messages_sources
  messages/bytes.cpp
  messages/error.cpp
  messages/error_catalogue.cpp
  messages/money.cpp
  messages/payment_faults.cpp
  messages/peer.cpp
  messages/pod.cpp
  messages/sale.cpp
  messages/self_test.cpp
  messages/upload.cpp)
