// Command etcd is the etcd server: its own main, which is not published as a
// module of its own, does the same and nothing more.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
