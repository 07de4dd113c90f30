// A web app of the standard library alone. It ends when it is told to, after what it has begun.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

func main() {
	ending, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()

	routes := http.NewServeMux()
	routes.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s from %s on %s\n", value("GREETING", "Hello"), value("SLIPWAY_APP", "go-web"), runtime.GOARCH)
	})
	routes.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "well")
	})
	server := &http.Server{
		Addr:              ":" + value("PORT", "8888"),
		Handler:           routes,
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() {
		<-ending.Done()
		within, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		_ = server.Shutdown(within)
	}()
	log.Printf("listening at %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

func value(name, otherwise string) string {
	if set := os.Getenv(name); set != "" {
		return set
	}
	return otherwise
}
