"""The contexts of the kubeconfig."""
