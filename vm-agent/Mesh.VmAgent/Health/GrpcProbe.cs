using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Mesh.VmAgent.Health;

/// <summary>
/// <c>grpc.health.v1.Health/Check</c> over h2c. The two messages have one field each, so they are written and read here
/// rather than through a generated client.
/// </summary>
/// <remarks>Source: grpc/grpc doc/health-checking.md.</remarks>
public sealed class GrpcProbe : IProbe, IDisposable
{
    private const int FrameHeaderLength = 5;
    private const int AnswerLimit = 1024;
    private const byte StringFieldOne = 0x0A;
    private const byte VarintFieldOne = 0x08;
    private const byte Serving = 1;

    private readonly Uri target;
    private readonly byte[] question;
    private readonly HttpMessageInvoker client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ActivityHeadersPropagator = null,
    });

    public GrpcProbe(string host, int port, string service)
    {
        target = new Uri($"http://{AddressText.Bracketed(host)}:{port}/grpc.health.v1.Health/Check");
        question = Question(service);
    }

    public async Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(question),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation("User-Agent", "istio-probe/1.0");
        try
        {
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var body = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            return Judge(response, body);
        }
        catch (HttpRequestException error)
        {
            var reason = error.InnerException is SocketException socket
                ? socket.SocketErrorCode.ToString()
                : error.HttpRequestError.ToString();
            return ProbeResult.Failure(reason, $"grpc health {target.Authority}: {error.Message}");
        }
        catch (SocketException error)
        {
            // The handler lets it out where the peer resets just after it accepted.
            return ProbeResult.Failure(error.SocketErrorCode.ToString(), $"grpc health {target.Authority}: {error.Message}");
        }
        catch (IOException error)
        {
            return ProbeResult.Failure("BadAnswer", $"grpc health {target.Authority}: {error.Message}");
        }
    }

    public void Dispose() => client.Dispose();

    private static byte[] Question(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, 127, nameof(service));
        var message = name.Length == 0 ? [] : (byte[])[StringFieldOne, (byte)name.Length, .. name];
        var frame = new byte[FrameHeaderLength + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, FrameHeaderLength);
        return frame;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[AnswerLimit];
            var length = await stream.ReadAtLeastAsync(buffer, AnswerLimit, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return buffer[..length];
        }
    }

    private ProbeResult Judge(HttpResponseMessage response, byte[] body)
    {
        var status = Value(response.TrailingHeaders, "grpc-status") ?? Value(response.Headers, "grpc-status");
        if (response.StatusCode != HttpStatusCode.OK || status is null)
            return ProbeResult.Failure("BadStatus", $"grpc health {target.Authority} answered HTTP {(int)response.StatusCode}");
        if (status != "0") return ProbeResult.Failure("BadStatus", $"grpc health {target.Authority} answered grpc-status {status}");
        var serving = body.Length >= FrameHeaderLength + 2 && body[FrameHeaderLength] == VarintFieldOne &&
            body[FrameHeaderLength + 1] == Serving;
        return serving
            ? ProbeResult.Success($"grpc health {target.Authority} is SERVING")
            : ProbeResult.Failure("NotServing", $"grpc health {target.Authority} is not SERVING");
    }

    private static string? Value(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
