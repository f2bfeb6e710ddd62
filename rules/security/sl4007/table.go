package sl4007

import "strings"

// off is what switches a verification off.
type off struct {
	what  string // of what
	alias string
}

// flagOf is what a flag of a program switches off. Value reports whether it
// takes the next word as its value.
func flagOf(program, flag string) (o off, value, ok bool) {
	switch strings.TrimRight(program, "0123456789.") {
	case "curl":
		if flag == "-k" || flag == "--insecure" || flag == "--proxy-insecure" {
			return off{"the server's certificate", "CKV2_DOCKER_2"}, false, true
		}
	case "wget":
		if flag == "--no-check-certificate" {
			return off{"the server's certificate", "CKV2_DOCKER_3"}, false, true
		}
	case "pip", "python", "pipenv", "uv":
		if flag == "--trusted-host" || flag == "--allow-insecure-host" {
			return off{"the index's certificate", "CKV2_DOCKER_4"}, true, true
		}
	case "apk":
		if flag == "--allow-untrusted" {
			return off{"the signatures of packages", "CKV2_DOCKER_7"}, false, true
		}
	case "apt", "apt-get", "aptitude":
		switch flag {
		case "--allow-unauthenticated", "--allow-insecure-repositories":
			return off{"the signatures of packages", "CKV2_DOCKER_8"}, false, true
		case "--force-yes":
			return off{"the signatures of packages", "CKV2_DOCKER_11"}, false, true
		}
	case "yum", "dnf", "microdnf", "tdnf":
		if flag == "--nogpgcheck" || flag == "--no-gpgchecks" {
			return off{"the signatures of packages", "CKV2_DOCKER_9"}, false, true
		}
		return setopt(flag)
	case "yum-config-manager":
		return setopt(flag)
	case "rpm":
		if flag == "--nosignature" || flag == "--nodigest" {
			return off{"the signatures of packages", "CKV2_DOCKER_10"}, false, true
		}
	case "zypper":
		if flag == "--no-gpg-checks" || flag == "--allow-unsigned-rpm" {
			return off{"the signatures of packages", ""}, false, true
		}
	}
	return off{}, false, false
}

// setopt is what --setopt of yum switches off.
func setopt(flag string) (off, bool, bool) {
	switch flag {
	case "--setopt=sslverify=false", "--setopt=sslverify=0", "--setopt=sslverify=False":
		return off{"the server's certificate", "CKV2_DOCKER_15"}, false, true
	}
	return off{}, false, false
}

// variableOf is what a variable of that value switches off.
func variableOf(name, value string) (off, bool) {
	value = strings.ToLower(strings.Trim(value, `"'`))
	switch name {
	case "NODE_TLS_REJECT_UNAUTHORIZED":
		return off{"the certificates of servers", "CKV2_DOCKER_6"}, value == "0"
	case "PYTHONHTTPSVERIFY":
		return off{"the certificates of servers", "CKV2_DOCKER_5"}, value == "0"
	case "GIT_SSL_NO_VERIFY":
		return off{"the certificates of servers", "CKV2_DOCKER_14"}, value != "" && value != "0" && value != "false"
	case "NPM_CONFIG_STRICT_SSL", "npm_config_strict_ssl", "YARN_STRICT_SSL":
		return off{"the registry's certificate", "CKV2_DOCKER_12"}, value == "false" || value == "0"
	case "PIP_TRUSTED_HOST":
		return off{"the index's certificate", "CKV2_DOCKER_16"}, value != ""
	case "GOINSECURE":
		return off{"the certificates of servers", ""}, value != ""
	}
	return off{}, false
}

// settingOf is what the words of a command switch off by setting something.
func settingOf(program, words string) (off, bool) {
	has := func(parts ...string) bool {
		for _, p := range parts {
			if !strings.Contains(words, p) {
				return false
			}
		}
		return true
	}
	switch program {
	case "npm", "yarn", "pnpm":
		if has("config set") && (has("strict-ssl false") || has("strict-ssl=false")) {
			return off{"the registry's certificate", "CKV2_DOCKER_13"}, true
		}
	case "git":
		if has("http.sslVerify false") || has("http.sslVerify=false") || has("http.sslverify false") {
			return off{"the server's certificate", ""}, true
		}
	case "apt", "apt-get":
		if has("Verify-Peer=false") || has("AllowUnauthenticated=true") || has("AllowInsecureRepositories=true") {
			return off{"the server's certificate or the signatures of packages", ""}, true
		}
	case "conda", "mamba":
		if has("ssl_verify false") || has("ssl_verify no") {
			return off{"the server's certificate", ""}, true
		}
	case "composer":
		if has("disable-tls true") || has("secure-http false") {
			return off{"the server's certificate", ""}, true
		}
	}
	return off{}, false
}
