using Mesh.Aws;
using Mesh.Aws.Credentials;

namespace Mesh.Kubernetes.Access;

/// <summary>What a kubeconfig may do, and with what.</summary>
public sealed record ClusterAccessOptions
{
    public static ClusterAccessOptions Default { get; } = new();

    /// <summary>For kubeconfigs that others may write, such as those in Secrets: no programs, no files of this machine.</summary>
    /// <remarks>Source: istio pkg/kube/multicluster, which refuses the same; EKS users are let through, since no program runs for them.</remarks>
    public static ClusterAccessOptions Untrusted { get; } = new() { AllowPrograms = false, AllowFiles = false };

    /// <summary>Exec plugins may be run.</summary>
    public bool AllowPrograms { get; init; } = true;

    /// <summary>Files of this machine may be named.</summary>
    public bool AllowFiles { get; init; } = true;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The variables of this process.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Makes what AWS credentials come from.</summary>
    public Func<AwsEnvironment, TimeProvider, IAwsCredentialsProvider> AwsCredentials { get; init; } =
        (environment, time) => new AwsCredentialsChain(environment, time);
}
