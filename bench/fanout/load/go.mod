module murmuration/bench/fanout/load

go 1.22
