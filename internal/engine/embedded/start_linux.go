package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/containerd/containerd/v2/defaults"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/grpcerrors"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
)

// Server is a BuildKit in this process.
type Server struct {
	lock   *lock
	grpc   *grpc.Server
	ctrl   *controller
	client *client.Client
	desc   string
}

// Start takes the state directory, cleans up what a killed run left there
// and brings the engine up. It waits while another process holds the
// directory and says who does; cancelling ctx ends the wait.
func Start(ctx context.Context, opt Options) (_ *Server, err error) {
	if err := checkHost(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(opt.Root, 0o700); err != nil {
		return nil, fmt.Errorf("making the engine's state directory: %w", err)
	}
	s := &Server{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.lock, err = acquire(ctx, filepath.Join(opt.Root, "lock"), opt.Notice); err != nil {
		return nil, err
	}
	if err := useOwnRuntimeDir(opt.Root); err != nil {
		return nil, err
	}
	rt, err := findRuntime(opt)
	if err != nil {
		return nil, err
	}
	if err := removeLeftovers(ctx, opt.Root, rt); err != nil {
		return nil, fmt.Errorf("cleaning up after a killed run: %w", err)
	}
	if s.ctrl, err = newController(ctx, opt, rt); err != nil {
		return nil, err
	}
	s.desc = "embedded (" + rt.describe + ")"
	return s, s.serve(ctx)
}

// useOwnRuntimeDir lets runc keep its state under root when this process is
// root in a user namespace only: runc takes it for the machine's and would
// write to /run, unless XDG_RUNTIME_DIR says otherwise.
func useOwnRuntimeDir(root string) error {
	if !inUserNamespace() {
		return nil
	}
	dir := filepath.Join(root, "run")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the runtime's directory: %w", err)
	}
	return os.Setenv("XDG_RUNTIME_DIR", dir)
}

func (s *Server) serve(ctx context.Context) error {
	lis := bufconn.Listen(1 << 20)
	s.grpc = grpc.NewServer(
		grpc.UnaryInterceptor(grpcerrors.UnaryServerInterceptor),
		grpc.StreamInterceptor(grpcerrors.StreamServerInterceptor),
		grpc.MaxRecvMsgSize(defaults.DefaultMaxRecvMsgSize),
		grpc.MaxSendMsgSize(defaults.DefaultMaxSendMsgSize),
		// A build that was cancelled takes its mounts away on its way out.
		grpc.WaitForHandlers(true),
	)
	s.ctrl.Register(s.grpc)
	go s.grpc.Serve(lis) //nolint:errcheck // ends with Stop
	c, err := client.New(ctx, "passthrough:///embedded",
		client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) }),
		client.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
	)
	if err != nil {
		return fmt.Errorf("connecting to the embedded engine: %w", err)
	}
	s.client = c
	return nil
}

// Client talks to the engine; it is closed by Close.
func (s *Server) Client() *client.Client { return s.client }

// Describe names the engine and its runtime.
func (s *Server) Describe() string { return s.desc }

// Close ends the engine and gives the state directory free.
func (s *Server) Close() error {
	var errs []error
	if s.client != nil {
		errs = append(errs, s.client.Close())
	}
	if s.grpc != nil {
		s.grpc.Stop()
	}
	if s.ctrl != nil {
		errs = append(errs, s.ctrl.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	return errors.Join(errs...)
}
