// Enforces NetworkPolicies on a real node of the local platform: kube-router's controller, and nothing else of it.
package main

import (
	"cmp"
	"context"
	"flag"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	core "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of the cluster")
	node := flag.String("node", "", "name of this node")
	services := flag.String("service-cidr", "", "range of the cluster's service addresses")
	cleanup := flag.Bool("cleanup", false, "take every rule away, and end")
	flag.Parse()
	if *cleanup {
		(&netpol.NetworkPolicyController{}).Cleanup()
		return
	}
	if err := run(*kubeconfig, *node, *services); err != nil {
		klog.Fatal(err)
	}
}

func run(kubeconfig, node, services string) error {
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
	config := options.NewKubeRouterConfig()
	config.HostnameOverride = node
	config.ClusterIPCIDRs = []string{services}
	config.EnableIPv4, config.EnableIPv6 = true, false
	// Every event asks for a sync; this one only mends what somebody else took away.
	config.IPTablesSyncPeriod = 5 * time.Minute

	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())

	tables, sets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		return err
	}
	var setsInUse sync.Mutex
	controller, err := netpol.NewNetworkPolicyController(client, config, pods, policies, namespaces, &setsInUse, tables, sets)
	if err != nil {
		return err
	}
	if _, err := pods.AddEventHandler(controller.PodEventHandler); err != nil {
		return err
	}
	whereUsed := func(handler cache.ResourceEventHandler) cache.ResourceEventHandler {
		return cache.FilteringResourceEventHandler{FilterFunc: concernsPodsOf(pods.GetIndexer()), Handler: handler}
	}
	if _, err := namespaces.AddEventHandler(whereUsed(controller.NamespaceEventHandler)); err != nil {
		return err
	}
	if _, err := policies.AddEventHandler(whereUsed(controller.NetworkPolicyEventHandler)); err != nil {
		return err
	}
	// Somebody must read what it says about its health.
	health := make(chan *healthcheck.ControllerHeartbeat, 10)
	go func() {
		for range health {
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	go controller.Run(health, ctx.Done(), &running)
	running.Wait()
	return nil
}

// Whether a namespace, or a policy in it, concerns any pod that has an address. Every event that passes sets all rules of
// the node anew, which takes some forty programs. A new workspace's namespace and its policies come before its pod; the
// pod's address is an event of its own, and finds them.
func concernsPodsOf(pods cache.Indexer) func(any) bool {
	return func(object any) bool {
		entry, err := cache.DeletionHandlingObjectToName(object)
		if err != nil {
			return true
		}
		// A namespace is in none.
		namespace := cmp.Or(entry.Namespace, entry.Name)
		present, err := pods.ByIndex(cache.NamespaceIndex, namespace)
		return err != nil || slices.ContainsFunc(present, hasAddress)
	}
}

func hasAddress(object any) bool {
	pod, ok := object.(*core.Pod)
	return !ok || pod.Status.PodIP != ""
}
