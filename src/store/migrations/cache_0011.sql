-- At rest two pieces of a size are put together (`store/index.rs`), not only four.
INSERT INTO words (words, rank) VALUES ('usermerge', 2);
