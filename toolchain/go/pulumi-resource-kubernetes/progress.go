package main

import (
	"sync"
	"time"
)

// What passes quicker than this is not worth a message.
const progressDelay = time.Second

// progress shows beside a resource what is being waited for.
type progress struct {
	engine *engineLink
	urn    string
	timer  *time.Timer

	mu      sync.Mutex
	latest  string
	shown   string
	started bool
}

func (p *provider) progressOf(urn string) *progress {
	w := &progress{engine: p.engine, urn: urn}
	w.timer = time.AfterFunc(progressDelay, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.started = true
		w.show()
	})
	return w
}

func (w *progress) say(message string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.latest = message
	if w.started {
		w.show()
	}
}

func (w *progress) show() {
	if w.latest != w.shown {
		w.shown = w.latest
		w.engine.status(w.urn, w.latest)
	}
}

// end takes the message away.
func (w *progress) end() {
	w.timer.Stop()
	w.say("")
}
