package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSourcesFile(t *testing.T) {
	tests := []struct {
		name, targets, codename string
		want                    []string // "URI suite"
		wantErr                 string
	}{
		{
			name: "the same release",
			targets: "http://mirror.example/debian/ bookworm main\nhttp://mirror.example/debian/ bookworm-updates main\n" +
				"http://mirror.example/security/ bookworm-security main\n",
			codename: "bookworm",
			want:     []string{"http://mirror.example/debian/ bookworm", "http://mirror.example/debian/ bookworm-updates", "http://mirror.example/security/ bookworm-security"},
		},
		{
			name:     "a newer release",
			targets:  "http://mirror.example/debian/ trixie main\nhttp://mirror.example/security/ trixie-security main\n",
			codename: "trixie",
			want:     []string{"http://mirror.example/debian/ bookworm", "http://mirror.example/security/ bookworm-security"},
		},
		{
			name: "third parties, other components, backports and repeated lines are left out",
			targets: "http://vendor.example/apt nodistro main\nhttp://mirror.example/debian/ bookworm contrib\n" +
				"http://mirror.example/debian/ bookworm-backports main\nhttp://mirror.example/debian/ bookworm main\nhttp://mirror.example/debian/ bookworm main\n",
			codename: "bookworm",
			want:     []string{"http://mirror.example/debian/ bookworm"},
		},
		{name: "no Debian", targets: "http://mirror.example/ jammy universe\n", codename: "jammy", wantErr: "made on Debian"},
		{name: "unknown release", targets: "http://mirror.example/ bookworm main\n", wantErr: "made on Debian"},
		{name: "password", targets: "http://me:secret@mirror.example/ bookworm main\n", codename: "bookworm", wantErr: "password"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := sourcesFile(tt.targets, tt.codename)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("error %v, want %q in it", err, tt.wantErr)
				}
				if strings.Contains(err.Error(), "secret") {
					t.Errorf("the error shows the password: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for stanza := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n\n") {
				fields := map[string]string{}
				for line := range strings.Lines(stanza) {
					k, v, _ := strings.Cut(strings.TrimSpace(line), ": ")
					fields[k] = v
				}
				got = append(got, fields["URIs"]+" "+fields["Suites"])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConnectionSettings(t *testing.T) {
	dump := `APT::Architecture "amd64";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::http::Proxy::internal.example "DIRECT";
Acquire::https::Verify-Peer "true";
Acquire::https::Proxy "http://me:secret@proxy.example:3128";
Acquire::http::User-Agent-Non-Interactive "true";
`
	want := `Acquire::http::Proxy "http://proxy.example:3128";
Acquire::http::Proxy::internal.example "DIRECT";
Acquire::https::Verify-Peer "true";
`
	if diff := cmp.Diff(want, string(connectionSettings(dump))); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestRegistrySettings(t *testing.T) {
	files := map[string]string{
		"/etc/pip.conf":            "[global]\nindex-url = https://old.example/simple\ntrusted-host = old.example\n",
		"/h/.config/pip/pip.conf":  "[global]\nindex-url=https://new.example/simple\n",
		"/h/.npmrc":                "registry=\"https://npm.example/\"\n//npm.example/:_authToken=secret\n",
		"/usr/etc/npmrc":           "registry = https://wrong.example/\n",
		"/h/.unrelated/pip/x.conf": "index-url = https://never.example/\n",
	}
	read := func(name string) ([]byte, error) {
		if s, ok := files[name]; ok {
			return []byte(s), nil
		}
		return nil, fs.ErrNotExist
	}
	vars := map[string]string{"GOPROXY": "https://go.example", "PIP_TRUSTED_HOST": "", "HOME": "/h"}
	lookup := func(name string) (string, bool) { v, ok := vars[name]; return v, ok }
	want := map[string]string{
		"GOPROXY":             "https://go.example",
		"PIP_INDEX_URL":       "https://new.example/simple",
		"PIP_TRUSTED_HOST":    "old.example",
		"npm_config_registry": "https://npm.example/",
	}
	if diff := cmp.Diff(want, registrySettings(lookup, read, "/h")); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestHasPassword(t *testing.T) {
	tests := map[string]bool{
		"https://pypi.example/simple":                         false,
		"https://me:pw@pypi.example/simple":                   true,
		"https://a.example/ https://token@b.example/":         true,
		"https://a.example,https://token@b.example|direct":    true,
		`"http://me:pw@proxy.example:3128";`:                  true,
		"180":                                                 false,
		"mail@example":                                        false,
		"https://a.example/simple https://b.example/pkg@1.0/": false,
	}
	for s, want := range tests {
		if got := hasPassword(s); got != want {
			t.Errorf("hasPassword(%q) = %v", s, got)
		}
	}
}

func authority(t *testing.T, name string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestReadAuthorities(t *testing.T) {
	usual, company := authority(t, "usual"), authority(t, "company")
	write := func(t *testing.T, dir, name string, data ...[]byte) string {
		t.Helper()
		p := filepath.Join(dir, name)
		var all []byte
		for _, d := range data {
			all = append(all, d...)
		}
		if err := os.WriteFile(p, all, 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	tests := []struct {
		name   string
		bundle [][]byte
		known  [][]byte
		want   [][]byte
	}{
		{"nothing of its own", [][]byte{usual}, [][]byte{usual}, nil},
		{"one of its own", [][]byte{usual, company}, [][]byte{usual}, [][]byte{company}},
		{"nothing to compare with", [][]byte{usual, company}, nil, nil},
		{"garbage between", [][]byte{[]byte("# comment\n"), company, []byte("-----BEGIN")}, [][]byte{usual}, [][]byte{company}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, known := t.TempDir(), t.TempDir()
			if tt.known != nil {
				write(t, known, "usual.crt", tt.known...)
			}
			write(t, known, "readme.txt", company)
			var m machine
			if err := m.readAuthorities(write(t, dir, "bundle.pem", tt.bundle...), known); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, m.extraCAs); diff != "" {
				t.Errorf("extra authorities (-want +got):\n%s", diff)
			}
			if (m.bundle != nil) != (tt.want != nil) {
				t.Errorf("bundle carried: %v", m.bundle != nil)
			}
		})
	}
	t.Run("no bundle at all", func(t *testing.T) {
		var m machine
		if err := m.readAuthorities(filepath.Join(t.TempDir(), "none"), t.TempDir()); err != nil || m.bundle != nil {
			t.Errorf("bundle %v, error %v", m.bundle, err)
		}
	})
}
