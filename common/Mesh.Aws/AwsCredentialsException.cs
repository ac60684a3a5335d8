namespace Mesh.Aws;

/// <summary>No credentials can be had; the message says from where they were asked and what to put right, never a secret.</summary>
public sealed class AwsCredentialsException : Exception
{
    public AwsCredentialsException(string message)
        : base(message)
    {
    }

    public AwsCredentialsException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
