package probe

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

const serviceVerb = "__service"

// serve is a small service with volatile parts and a page that is a file of
// the image. Its arguments are the address and, if it is to listen only after
// a while, that while.
func serve(args []string) int {
	if len(args) > 1 {
		d, err := time.ParseDuration(args[1])
		if err != nil {
			log.Print(err)
			return 2
		}
		time.Sleep(d)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		token := random(30)
		http.SetCookie(w, &http.Cookie{Name: "csrf", Value: token, Expires: time.Now().Add(24 * time.Hour)})
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html>\n<link rel=stylesheet href=/style.css>\n<title>Shore</title>\n"+
			"<form method=post action=/post><input name=csrf value=%q></form>\n"+
			"<p>At %s by %s, took %v</p>\n<a href=\"about\">about</a> <a href='/old?x=1&amp;y=2'>old</a> <a href='https://example.org/'>out</a>\n",
			token, time.Now().UTC().Format(time.RFC3339), hostname(), time.Duration(time.Now().UnixNano()%1e6))
	})
	mux.HandleFunc("GET /about", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", random(16))
		b, err := os.ReadFile("/srv/about.html")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		w.Write(b) //nolint:errcheck // the test sees what is missing
	})
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "/srv/style.css")
	})
	mux.HandleFunc("GET /old", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/about", http.StatusFound)
	})
	log.Print(http.ListenAndServe(args[0], mux))
	return 1
}

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // never fails
	return base64.StdEncoding.EncodeToString(b)
}

func hostname() string { return strconv.Itoa(os.Getpid()) }
