// The only place where one feature's event causes another feature's job. Empty until the first such pair.

