package unpack

import (
	"compress/gzip"
	"io"
)

func read(input io.Reader) ([]byte, error) {
	reader, err := gzip.NewReader(input)
	if err != nil {
		return nil, err
	}
	// ruleid: go.unlimited-decompression
	return io.ReadAll(reader)
}

func limited(input io.Reader) ([]byte, error) {
	reader, err := gzip.NewReader(input)
	if err != nil {
		return nil, err
	}
	// ok: go.unlimited-decompression
	return io.ReadAll(io.LimitReader(reader, 1<<20))
}
