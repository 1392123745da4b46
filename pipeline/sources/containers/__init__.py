"""Containers: files as people have them (gzip, bzip2, xz, zstd, tar, zip, nested), read as streams within bounds."""
