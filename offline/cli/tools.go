//go:build tools

// Package toolchain pins the pulumi CLI: what is built is this module's
// github.com/pulumi/pulumi/pkg/v3/cmd/pulumi, at the version go.mod names and with the sums of go.sum.
package toolchain

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
