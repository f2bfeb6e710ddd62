package sl0023

import "schlank/dockerfile/reference"

// imageSets are the variables that a base image sets, and whether that is all.
// Of other than official images only PATH is known.
func imageSets(base string) (names []string, all bool) {
	r, ok := reference.Parse(base)
	if !ok {
		return nil, false
	}
	names, all = officialSets(r.Official())
	return append(names, "PATH"), all
}

// officialSets are the variables in the Dockerfiles of official images, of all
// their current variants together.
// Source: the repositories of docker-library and of the distributions, as
// linked in docker-library/official-images, 2026-11.
func officialSets(name string) (names []string, known bool) {
	switch name {
	case "alpine", "debian", "ubuntu", "busybox", "buildpack-deps", "amazonlinux", "rockylinux", "almalinux", "oraclelinux":
		return nil, true
	case "archlinux":
		return []string{"LANG"}, true
	case "python":
		return []string{
			"LANG", "GPG_KEY", "PYTHON_VERSION", "PYTHON_SHA256", "PYTHON_PIP_VERSION", "PYTHON_SETUPTOOLS_VERSION",
			"PYTHON_GET_PIP_URL", "PYTHON_GET_PIP_SHA256",
		}, true
	case "node":
		return []string{"NODE_VERSION", "YARN_VERSION"}, true
	case "golang":
		return []string{"GOLANG_VERSION", "GOPATH", "GOTOOLCHAIN"}, true
	case "rust":
		return []string{"RUSTUP_HOME", "CARGO_HOME", "RUST_VERSION"}, true
	case "ruby":
		return []string{
			"LANG", "RUBY_MAJOR", "RUBY_VERSION", "RUBY_DOWNLOAD_URL", "RUBY_DOWNLOAD_SHA256", "GEM_HOME",
			"BUNDLE_SILENCE_ROOT_WARNING", "BUNDLE_APP_CONFIG", "BUNDLE_PATH", "BUNDLE_BIN",
		}, true
	case "nginx":
		return []string{"NGINX_VERSION", "NJS_VERSION", "NJS_RELEASE", "PKG_RELEASE", "ACME_VERSION", "DYNPKG_RELEASE"}, true
	case "eclipse-temurin":
		return []string{"JAVA_HOME", "JAVA_VERSION", "LANG", "LANGUAGE", "LC_ALL"}, true
	case "php":
		return []string{
			"PHPIZE_DEPS", "PHP_INI_DIR", "PHP_CFLAGS", "PHP_CPPFLAGS", "PHP_LDFLAGS", "GPG_KEYS", "PHP_VERSION", "PHP_URL",
			"PHP_ASC_URL", "PHP_SHA256", "APACHE_CONFDIR", "APACHE_ENVVARS",
		}, true
	}
	return nil, false
}
