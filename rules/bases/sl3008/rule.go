// Package sl3008 is the rule base-end-of-life.
package sl3008

import (
	"strings"

	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL3008.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3008",
		Name:     "base-end-of-life",
		Aliases:  []string{},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The base image gets no updates any more",
			Why: "After the end of its life a distribution or a language gets no fixes, so every hole that is found later stays open, and its packages move to archives where apt or yum no longer find them. " +
				"The rule knows versions whose end came before 2026-12 by the calendars of their makers; support that is paid for does not count.",
			Bad:  "FROM python:3.8-buster\nFROM node:16\n",
			Good: "FROM python:3.13-trixie\nFROM node:24\n",
			More: []rule.Example{
				{Name: "distributions", Dockerfile: "FROM debian:10\nFROM debian:stretch-slim\nFROM ubuntu:18.04\nFROM ubuntu:focal-20250404\nFROM alpine:3.16.2\nFROM centos:7\nFROM centos\n", Lines: []int{1, 2, 3, 4, 5, 6, 7}},
				{Name: "still alive", Dockerfile: "FROM debian:13\nFROM debian:trixie-slim\nFROM ubuntu:24.04\nFROM alpine:3.22\nFROM node:22-alpine3.22\nFROM python:3.12\nFROM example.com/node:10\nFROM node:current\nFROM debian\n"},
				{Name: "the language, or the distribution below it", Dockerfile: "FROM docker.io/library/ruby:2.7.8\nFROM node:24-alpine3.16\nFROM php:8.0-fpm\nFROM node:24-buster-slim\nFROM openjdk:17\n", Lines: []int{1, 2, 3, 4, 5}},
				{Name: "variables", Dockerfile: "ARG V=3.7\nFROM python:$V\nFROM python:${W}\n", Lines: []int{2}},
			},
			Since: "0.2",
			Sources: []string{
				"https://devguide.python.org/versions/", "https://github.com/nodejs/release#release-schedule", "https://www.debian.org/releases/", "https://ubuntu.com/about/release-cycle",
				"https://alpinelinux.org/releases/", "https://www.php.net/eol.php", "https://www.ruby-lang.org/en/downloads/branches/", "https://go.dev/doc/devel/release", "https://www.centos.org/centos-linux-eol/",
				"https://www.postgresql.org/support/versioning/", "https://www.mysql.com/support/eol-notice.html",
			},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		r, ok := reference.Parse(s.Base.Text)
		if s.Parent != nil || !ok || !s.Base.Known || r.Official() == "" {
			continue
		}
		what, since := ended(r.Official(), r.Tag)
		if what == "" {
			continue
		}
		p.Report(finding.Finding{
			Span:    s.Base.Span,
			Message: what + " gets no updates since " + since,
			Hint:    "use a version that its makers still care for",
		})
	}
}

// ended is the product that a tag of an official image names, with the day its
// life ended; "" for one that is alive or not known.
func ended(image, tag string) (what, since string) {
	for _, e := range calendar() {
		if e.image != image {
			continue
		}
		for _, v := range e.versions {
			if v.tag == "" || isVersion(strings.SplitN(tag, "-", 2)[0], v.tag) {
				return strings.TrimSpace(e.name + " " + v.tag), v.end
			}
		}
	}
	for _, part := range strings.Split(tag, "-") {
		for _, r := range releases() {
			if part == r.tag {
				return r.name, r.end
			}
		}
		if version, ok := strings.CutPrefix(part, "alpine"); ok && image != "alpine" && version != "" {
			return ended("alpine", version)
		}
	}
	return "", ""
}

// isVersion reports whether a tag is the version, or one below it: 3.8.12 is
// 3.8.
func isVersion(tag, version string) bool {
	return tag == version || strings.HasPrefix(tag, version+".")
}
