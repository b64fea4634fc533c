module kith

go 1.23
