namespace Mesh.Aws.Credentials;

/// <summary>A place credentials come from.</summary>
internal interface ICredentialsSource
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <returns>Null when nothing says that this place is to be used.</returns>
    /// <exception cref="AwsCredentialsException">It is to be used, but gives none.</exception>
    Task<AwsCredentials?> FetchAsync(CancellationToken cancellationToken);
}
