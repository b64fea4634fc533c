module ffi

go 1.23

require kith v0.0.0

replace kith => ../../../bindings/go
