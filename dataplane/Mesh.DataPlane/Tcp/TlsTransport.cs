using System.Net.Security;
using Microsoft.AspNetCore.Connections;

namespace Mesh.DataPlane.Tcp;

internal static class TlsTransport
{
    /// <summary>Runs the rest of a connection's pipeline on the decrypted bytes, then closes TLS.</summary>
    public static async Task RunAsync(ConnectionContext connection, SslStream tls, ConnectionDelegate next)
    {
        var pipe = new StreamPipe(tls);
        connection.Transport = pipe;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            await pipe.Input.CompleteAsync().ConfigureAwait(false);
            try
            {
                await pipe.Output.CompleteAsync().ConfigureAwait(false);
                await tls.ShutdownAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or InvalidOperationException or ObjectDisposedException or ConnectionAbortedException)
            {
                // The client is gone already: nobody to say goodbye to.
            }
        }
    }
}
