// Package sl4007 is the rule verification-off.
package sl4007

import (
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL4007.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:   "SL4007",
		Name: "verification-off",
		Aliases: []string{
			"CKV2_DOCKER_2", "CKV2_DOCKER_3", "CKV2_DOCKER_4", "CKV2_DOCKER_5", "CKV2_DOCKER_6", "CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_9",
			"CKV2_DOCKER_10", "CKV2_DOCKER_11", "CKV2_DOCKER_12", "CKV2_DOCKER_13", "CKV2_DOCKER_14", "CKV2_DOCKER_15", "CKV2_DOCKER_16",
		},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "Certificates or signatures are not verified",
			Why: "The check that is switched off is what tells the real server or package from a false one, so anybody on the way decides what gets into the image. " +
				"What is usually missing is a certificate: install ca-certificates, or copy the company's own authority and run update-ca-certificates.",
			Bad:  "FROM alpine:3.20\nRUN curl -fsSk https://example.com/app -o /usr/local/bin/app\n",
			Good: "FROM alpine:3.20\nRUN curl -fsS https://example.com/app -o /usr/local/bin/app\n",
			More: []rule.Example{
				{
					Name: "flags of many programs",
					Dockerfile: "FROM debian:12\nRUN wget --no-check-certificate https://x.example && \\\n    pip install --trusted-host x.example a && \\\n    apk add --allow-untrusted a.apk && \\\n" +
						"    apt-get install -y --allow-unauthenticated --force-yes a && \\\n    dnf install -y --nogpgcheck a && \\\n    rpm -i --nosignature a.rpm\n",
					Lines:   []int{2, 3, 4, 5, 5, 6, 7},
					Aliases: []string{"CKV2_DOCKER_3", "CKV2_DOCKER_4", "CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_11", "CKV2_DOCKER_9", "CKV2_DOCKER_10"},
					Fixed: "FROM debian:12\nRUN wget https://x.example && \\\n    pip install a && \\\n    apk add a.apk && \\\n" +
						"    apt-get install -y a && \\\n    dnf install -y a && \\\n    rpm -i a.rpm\n",
				},
				{
					Name:       "variables",
					Dockerfile: "FROM node:22\nENV NODE_TLS_REJECT_UNAUTHORIZED=0 GIT_SSL_NO_VERIFY=1\nARG PYTHONHTTPSVERIFY=1\nRUN export NPM_CONFIG_STRICT_SSL=false && GIT_SSL_NO_VERIFY=true git clone x && env PIP_TRUSTED_HOST=x pip install a\n",
					Lines:      []int{2, 2, 4, 4, 4},
					Aliases:    []string{"CKV2_DOCKER_6", "CKV2_DOCKER_14", "CKV2_DOCKER_12", "CKV2_DOCKER_14", "CKV2_DOCKER_16"},
				},
				{
					Name:       "settings",
					Dockerfile: "FROM node:22\nRUN npm config set strict-ssl false\nRUN git config --global http.sslVerify false\nRUN git -c http.sslVerify=false clone x\nRUN yum-config-manager --setopt=sslverify=false --save\nRUN apt-get -o Acquire::https::Verify-Peer=false update\nRUN npm config set strict-ssl true\n",
					Lines:      []int{2, 3, 4, 5, 6},
					Aliases:    []string{"CKV2_DOCKER_13", "", "", "CKV2_DOCKER_15", ""},
				},
				{Name: "letters that mean something else", Dockerfile: "FROM debian:12\nRUN curl -o k -K conf https://x.example && tar -k -xf a && wget -k https://x.example\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://curl.se/docs/manpage.html#-k", "https://pip.pypa.io/en/stable/cli/pip/#cmdoption-trusted-host"},
		},
		Run: run,
	}
}
