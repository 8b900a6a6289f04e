// Makes the volumes of a real node of the local platform: each is a file system of its own in a sparse file, so that it
// has the size that was asked for and no more, and its pod's group can own it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// What storage classes call this program.
const provisionerName = "berth.dev/local-volumes"

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of the cluster")
	node := flag.String("node", "", "name of this node")
	folder := flag.String("folder", "", "where volumes lie")
	flag.Parse()
	if err := run(*kubeconfig, *node, *folder); err != nil {
		klog.Fatal(err)
	}
}

func run(kubeconfig, node, folder string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	access, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(access)
	if err != nil {
		return err
	}
	volumes := &localVolumes{node: node, folder: folder}
	if err := volumes.mountAll(); err != nil {
		return err
	}
	controller.NewProvisionController(ctx, client, provisionerName, volumes,
		controller.LeaderElection(false)).Run(ctx)
	return nil
}

type localVolumes struct {
	node, folder string
}

// Names that Kubernetes gives to volumes; nothing else is ever touched.
var volumeName = regexp.MustCompile(`^pvc-[0-9a-f-]{36}$`)

func (l *localVolumes) paths(name string) (file, mount string, err error) {
	if !volumeName.MatchString(name) {
		return "", "", fmt.Errorf("%q is no name of a volume", name)
	}
	return filepath.Join(l.folder, name+".ext4"), filepath.Join(l.folder, name), nil
}

// Provision makes a volume; beginning again after a crash finds what is there.
func (l *localVolumes) Provision(ctx context.Context, options controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	size := options.PVC.Spec.Resources.Requests[v1.ResourceStorage]
	file, mount, err := l.paths(options.PVName)
	if err == nil {
		err = makeFileSystem(ctx, file, size.Value())
	}
	if err == nil {
		err = mountFile(ctx, file, mount)
	}
	if err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	mode := v1.PersistentVolumeFilesystem
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   options.PVC.Spec.AccessModes,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: size},
			VolumeMode:                    &mode,
			PersistentVolumeSource:        v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: mount}},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{
				MatchExpressions: []v1.NodeSelectorRequirement{
					{Key: v1.LabelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{l.node}},
				},
			}}}},
		},
	}, controller.ProvisioningFinished, nil
}

// Delete takes a volume and its data away; one that is gone already is fine.
func (l *localVolumes) Delete(ctx context.Context, volume *v1.PersistentVolume) error {
	file, mount, err := l.paths(volume.Name)
	if err != nil {
		return err
	}
	if mounted(mount) {
		if err := command(ctx, "umount", mount); err != nil {
			return err
		}
	}
	for _, path := range []string{mount, file} {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// What was mounted before this program, or the machine, was started anew.
func (l *localVolumes) mountAll() error {
	files, err := filepath.Glob(filepath.Join(l.folder, "pvc-*.ext4"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := mountFile(context.Background(), file, file[:len(file)-len(".ext4")]); err != nil {
			return err
		}
	}
	return nil
}

// The file gets its name when the file system in it is whole.
func makeFileSystem(ctx context.Context, file string, size int64) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	unfinished := file + ".new"
	if err := os.WriteFile(unfinished, nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(unfinished, size); err != nil {
		return err
	}
	options := "lazy_itable_init=1,lazy_journal_init=1,nodiscard"
	if err := command(ctx, "mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", "-E", options, unfinished); err != nil {
		return err
	}
	return os.Rename(unfinished, file)
}

func mountFile(ctx context.Context, file, mount string) error {
	if mounted(mount) {
		return nil
	}
	if err := os.MkdirAll(mount, 0o755); err != nil {
		return err
	}
	if err := command(ctx, "mount", "-o", "loop,nosuid,nodev", file, mount); err != nil {
		return err
	}
	// Root's own folder in somebody's home: nobody there needs it.
	if err := os.Remove(filepath.Join(mount, "lost+found")); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// Whether something is mounted there: its device is then another one than its parent's.
func mounted(path string) bool {
	var own, parent syscall.Stat_t
	if syscall.Stat(path, &own) != nil || syscall.Stat(filepath.Dir(path), &parent) != nil {
		return false
	}
	return own.Dev != parent.Dev
}

func command(ctx context.Context, name string, args ...string) error {
	output, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strconv.Quote(args[len(args)-1]), err, output)
	}
	return nil
}
