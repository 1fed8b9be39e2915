package outbound_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"fujin/services/platform/outbound"
)

func TestPrivateAddressesAreRefusedUnlessAllowed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) }))
	defer server.Close()

	if _, err := outbound.NewClient(time.Second, nil).Get(server.URL); !errors.Is(err, outbound.ErrRefused) {
		t.Fatalf("loopback without permission: %v", err)
	}
	byName := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	if _, err := outbound.NewClient(time.Second, nil).Get(byName); !errors.Is(err, outbound.ErrRefused) {
		t.Fatalf("loopback by name: %v", err)
	}
	for _, url := range []string{"http://169.254.169.254/", "http://[::1]:1/", "http://[::ffff:127.0.0.1]:1/", "http://0.0.0.0:1/"} {
		if _, err := outbound.NewClient(time.Second, nil).Get(url); !errors.Is(err, outbound.ErrRefused) {
			t.Errorf("%s: %v", url, err)
		}
	}
	allowed := outbound.NewClient(time.Second, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	res, err := allowed.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := outbound.ReadAll(res.Body); err != nil || string(b) != "hello" {
		t.Fatalf("%q, %v", b, err)
	}
}

func TestRedirectsStayOnTheirHost(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer server.Close()
	client := outbound.NewClient(time.Second, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	if _, err := client.Get(server.URL); err == nil || !strings.Contains(err.Error(), "another host") {
		t.Fatalf("redirect across hosts: %v", err)
	}
}
