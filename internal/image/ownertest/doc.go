// Package ownertest asks for second opinions on inventories, of those who
// should know: what a container of the image shows is compared with the file
// tree, and what dpkg, apk, pip, npm and rpm say of its files with the owners.
// All differences that are not explained here are failures.
//
// It holds tests only. They need an engine and the base store.
package ownertest
