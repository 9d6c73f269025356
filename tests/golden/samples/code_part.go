package main

import (
	"fmt"
	"os"
)

type Shape interface {
	Area() float64
	Name() string
}

func (s *Square) Area() float64 {
	if s.side < 0 {
		panic(fmt.Sprintf("negative side %f", s.side))
	}
	return s.side * s.side
}

var table = map[string]int{
	"one": 1,
	"two": 2,
	"three": 3,
	"four": 4,
}
