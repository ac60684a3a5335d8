namespace Mesh.Aws.Credentials;

/// <summary>Tokens that somebody else writes into files.</summary>
internal static class TokenFiles
{
    /// <exception cref="AwsCredentialsException">It cannot be read, or is empty.</exception>
    public static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var text = await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false);
            return text.Trim() is { Length: > 0 } token ? token : throw new AwsCredentialsException($"the token file {file} is empty");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AwsCredentialsException($"cannot read the token file {file}: {exception.Message}", exception);
        }
    }
}
