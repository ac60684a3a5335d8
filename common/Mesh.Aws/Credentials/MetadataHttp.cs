using System.Net;
using System.Net.Sockets;

namespace Mesh.Aws.Credentials;

/// <summary>Requests to the services that hand out credentials: small answers, and a few attempts.</summary>
internal static class MetadataHttp
{
    private const int Attempts = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <param name="request">Makes the request, once for each attempt.</param>
    /// <returns>Whether the status is 2xx, and the body.</returns>
    /// <exception cref="AwsCredentialsException">No answer, or only 429 and 5xx.</exception>
    public static async Task<(bool IsSuccess, string Body)> SendAsync(
        HttpClient http, Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var message = request();
            try
            {
                using var response = await http.SendAsync(message, cancellationToken).ConfigureAwait(false);
                var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
                var isTransient = response.StatusCode >= HttpStatusCode.InternalServerError || response.StatusCode == HttpStatusCode.TooManyRequests;
                if (!isTransient || attempt == Attempts) return (response.IsSuccessStatusCode, body);
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                if (attempt == Attempts) throw new AwsCredentialsException($"{message.RequestUri!.GetLeftPart(UriPartial.Path)} does not answer: {exception.Message}", exception);
            }

            await Task.Delay(Pause * attempt, cancellationToken).ConfigureAwait(false);
        }
    }
}
