# Sources are listed: a file that is not here is not built.
set(actors_sources
  actors/expiry_timer/expiry_timer.cpp
  actors/host.cpp
  actors/http_ingress/answers.cpp
  actors/http_ingress/api.cpp
  actors/http_ingress/http_ingress.cpp
  actors/http_ingress/pods_routes.cpp
  actors/ilp_bridge/ilp_bridge.cpp
  actors/ilp_bridge/ilp_node.cpp
  actors/keeper/keeper.cpp
  actors/manifest_processor/manifest_processor.cpp
  actors/pod/pod.cpp
  actors/pod_lifecycle/pod_lifecycle.cpp
  actors/pod_lifecycle/reservations.cpp
  actors/pod_runtimes.cpp
  actors/purchase/purchase.cpp
  actors/reverse_proxy/reverse_proxy.cpp)
