package main

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// exitWithParent ends this process as soon as its parent is gone, so that a
// killed engine leaves no plugin behind.
func exitWithParent() {
	parent := os.Getppid()
	if parent <= 1 {
		return
	}
	fd, err := unix.PidfdOpen(parent, 0)
	if os.Getppid() != parent {
		os.Exit(0)
	}
	if err != nil {
		go pollParent(parent)
		return
	}
	go func() {
		for {
			_, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
			if err == unix.EINTR {
				continue
			}
			os.Exit(0)
		}
	}()
}

// pollParent is for kernels without process descriptors.
func pollParent(parent int) {
	for range time.Tick(time.Second) {
		if os.Getppid() != parent {
			os.Exit(0)
		}
	}
}
